-- WatchCases follows the history (docs/adr/0016): in which order its rows came about, and which transaction wrote them.

-- Numbers are given under the row lock of the case, so one case's are in the order of its versions.
alter table case_history
  add column no  bigint,
  add column xid xid8 not null default pg_current_xact_id();
update case_history h set no = o.no
from (select case_id, version, row_number() over (order by record_time, case_id, version) as no from case_history) o
where (h.case_id, h.version) = (o.case_id, o.version);
alter table case_history alter column no set not null;
alter table case_history alter column no add generated always as identity;
select setval(pg_get_serial_sequence('case_history', 'no'), (select coalesce(max(no), 0) + 1 from case_history), false);

-- The one index every deposit pays for: eight bytes, always at its right end.
create index case_history_xid on case_history (xid);

-- A dump restored into another cluster brings transaction numbers that this cluster has not come to yet. Whoever finds
-- such rows first makes them rows of now; their order stays. The service's login may not update, so through this.
create function case_history_adopt() returns integer
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  adopted integer;
begin
  update case_history set xid = pg_current_xact_id() where xid >= pg_snapshot_xmax(pg_current_snapshot());
  get diagnostics adopted = row_count;
  return adopted;
end $$;
