-- What is public of a session. Names stand here only while their bearers agree.
alter table programme
  add column if not exists display_name    text    not null default '',      -- empty until Membership says it again
  add column if not exists open_to_members boolean not null default false;

create table notice (
  session_id   uuid        primary key references session,
  place        text        not null check (length(place) between 1 and 200 and place !~* 'SIT-'),
  publish_time timestamptz not null,
  change_time  timestamptz not null);          -- of what the public sees; a session's own would tell when cases come and go

create table announcement (
  session_id    uuid        not null references notice on delete cascade,
  professional  text        not null,
  display_name  text        not null check (length(display_name) between 2 and 80),
  announce_time timestamptz not null,
  primary key (session_id, professional));

create function notice_follows_session() returns trigger language plpgsql as $$
begin
  update notice set change_time = greatest(change_time, new.change_time) where session_id = new.id;
  -- Who came, or would have, is nobody's business any more.
  if new.state in ('HELD', 'CANCELLED') then
    delete from announcement where session_id = new.id;
  end if;
  return new;
end $$;
create trigger notice_follows_session after update on session for each row
  when ((old.start_instant, old.duration_minutes, old.modality, old.state in ('HELD', 'CANCELLED')) is distinct from
        (new.start_instant, new.duration_minutes, new.modality, new.state in ('HELD', 'CANCELLED')))
  execute function notice_follows_session();
