-- Sessions as told by Scheduling, and the lines they give.

create table session_seen (
  name           text        primary key check (length(name) <= 128),
  state          int         not null check (state between 1 and 3),   -- 1 convened, 2 cancelled, 3 certified
  programme      text        not null default '',
  session_date   date,
  event          bytea,                        -- the event to apply once the programme is known
  waiting_reason text        not null default '',
  change_time    timestamptz not null);
create index session_seen_waiting on session_seen (programme) where waiting_reason <> '';

create table indemnity_line (
  id               uuid        primary key,
  revision         int         not null default 1 check (revision > 0),
  live             boolean     not null,       -- false once cancelled or corrected; counter-lines are never live
  state            int         not null check (state between 1 and 8),
  session          text        not null,
  session_date     date        not null,
  start_time       timestamptz not null,
  pole             text        not null,
  programme        text        not null,
  fiscal_year      int         not null,
  professional     text        not null,
  rpps             text        not null default '',
  profession_table text        not null,       -- capacity, frozen
  profession_code  text        not null,
  organisation     text        not null default '',
  component        int         not null check (component between 1 and 3),
  by_video         boolean     not null default false,
  present_minutes  int         not null default 0 check (present_minutes >= 0),
  kilometres       int         not null default 0 check (kilometres >= 0),
  due_cents        bigint      not null default 0,     -- before caps
  amount_cents     bigint      not null default 0,
  reason           text        not null default '' check (reason ~ '^[A-Z_]{0,63}$'),
  payee            text        references payee,
  rate_grid        text        references rate_grid,
  envelope         text        references envelope,
  certifiers       text[]      not null default '{}',
  approver         text,
  payment          uuid        references payment,
  corrects         uuid        references indemnity_line,
  version          int         not null default 1 check (version > 0),
  change_time      timestamptz not null,
  check (fiscal_year = extract(year from session_date)),
  check (not (live and state = 8)),
  check (state < 3 or state = 8 or (payee is not null and rate_grid is not null and envelope is not null)),
  check (state < 4 or state = 8 or approver is not null),
  check (state not in (5, 6) or payment is not null));
create unique index indemnity_line_live on indemnity_line (programme, session, professional, component) where live;
create index indemnity_line_order on indemnity_line (start_time, session, professional, component, id);
create index indemnity_line_session on indemnity_line (session);
create index indemnity_line_person on indemnity_line (professional, session_date);
create index indemnity_line_open on indemnity_line (programme, fiscal_year) where state in (1, 2);
create index indemnity_line_payable on indemnity_line (programme, session_date) where state = 4 and payment is null;
create index indemnity_line_payment on indemnity_line (payment) where payment is not null;
create index indemnity_line_approved on indemnity_line (payee) where state between 4 and 7;

create table line_reduction (                  -- each cap that took something off a line
  line_id uuid   not null references indemnity_line,
  cap     text   not null check (cap in ('CAP_SESSION', 'CAP_DAY', 'CAP_YEAR', 'CAP_ENVELOPE')),
  cents   bigint not null check (cents > 0),
  primary key (line_id, cap));
comment on table line_reduction is 'append-only: why a line is less than its rate, decided once';

create table person_year (                     -- locked before the envelope (DESIGN §7.17)
  professional     text   not null,
  fiscal_year      int    not null,
  calculated_cents bigint not null default 0,
  primary key (professional, fiscal_year));
