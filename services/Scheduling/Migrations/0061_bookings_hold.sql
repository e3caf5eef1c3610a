-- S6 whole in the database: a session cannot say a facilitator, an expert or a place that is not booked for its time, and
-- a session that has no room yet finds one (docs/adr/0026).

-- What a session says it takes. Nothing while nobody is named, by video, or once it is called off.
alter table session
  add column during           tstzrange not null generated always as (tstzrange(start_instant, end_instant)) stored,
  add column held_place       text generated always as (case when state = 'CANCELLED' or modality = 'VIDEO' then null when room is not null then 'rooms/' || room::text else nullif(host, '') end) stored,
  add column held_facilitator text generated always as (case when state <> 'CANCELLED' then nullif(facilitator, '') end) stored,
  add column held_expert      text generated always as (case when state <> 'CANCELLED' then nullif(expert, '') end) stored;

-- Sessions of before that hold nothing: what is free is theirs. What is not stays as it was until the session next changes.
insert into booking (session_id, resource, during)
select s.id, held, s.during from session s cross join lateral (values (s.held_place), (s.held_facilitator), (s.held_expert)) as v (held) where held is not null
on conflict do nothing;

-- At the end of a transaction: verbs write the session, then its bookings.
alter table booking add constraint booking_is_of_a_session_at_its_time unique (session_id, resource, during);
alter table session
  add constraint session_holds_its_place foreign key (id, held_place, during) references booking (session_id, resource, during) deferrable initially deferred not valid,
  add constraint session_holds_its_facilitator foreign key (id, held_facilitator, during) references booking (session_id, resource, during) deferrable initially deferred not valid,
  add constraint session_holds_its_expert foreign key (id, held_expert, during) references booking (session_id, resource, during) deferrable initially deferred not valid;

-- A session without a room holds its host: it has one of its rooms, not said yet which. Where the rooms are not known, all.
create function room_is_left(of_host text, at tstzrange, but uuid default null) returns boolean language sql stable as $$
  select not exists (select from room where host = of_host and not retired)
      or exists (select from room r where r.host = of_host and not r.retired and r.id is distinct from but
                 and not exists (select from booking b where b.resource = 'rooms/' || r.id and b.during && at))
$$;

create function leave_a_room() returns trigger language plpgsql as $$
declare
  of_host text := case when new.resource like 'rooms/%' then (select host from room where 'rooms/' || id = new.resource) else new.resource end;
begin
  -- Two who take the last one at once come one after the other, and the second sees the first.
  perform pg_advisory_xact_lock(61, hashtext(of_host));
  if exists (select from booking b where b.resource = of_host and b.during && new.during and not room_is_left(of_host, b.during)) then
    raise exception 'no room of % is left for the session that has none yet', of_host using errcode = 'exclusion_violation', constraint = 'booking_leaves_a_room';
  end if;
  return null;
end $$;
create trigger booking_leaves_a_room after insert or update on booking
  for each row when (new.resource not like 'professionals/%') execute function leave_a_room();

-- What nobody else may take, when, and because of which session: what is booked, and the last room left.
create view taken as
select resource, during, session_id from booking
union all
select 'rooms/' || r.id, b.during, b.session_id from booking b join room r on r.host = b.resource and not r.retired where not room_is_left(r.host, b.during, r.id)
union all
select r.host, b.during, b.session_id from room r join booking b on b.resource = 'rooms/' || r.id where not room_is_left(r.host, b.during, r.id);
