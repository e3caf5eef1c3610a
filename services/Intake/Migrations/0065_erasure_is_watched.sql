-- Whoever follows a case (0060) is told that it was erased: the notice stands in the order of the history it replaces.
alter table erasure_notice
  add column no  bigint not null default nextval(pg_get_serial_sequence('case_history', 'no')),
  add column xid xid8   not null default pg_current_xact_id();
create index erasure_notice_xid on erasure_notice (xid);

-- Every change that can still be told of, with what decides who may be told.
create view case_change as
select h.no, h.xid, h.action, h.from_state, h.to_state, h.change_time, h.case_id, c.code, c.pole, c.candidate_poles, c.submitting_organisation, c.requester
from case_history h join cases c on c.id = h.case_id
union all
select n.no, n.xid, 'EraseCase', n.state, n.state, n.erase_time, n.case_id, n.code, n.pole, n.candidate_poles, n.submitting_organisation, n.requester
from erasure_notice n;

-- As before (0060), the notices too.
create or replace function case_history_adopt() returns integer
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  adopted integer;
begin
  update erasure_notice set xid = pg_current_xact_id() where xid >= pg_snapshot_xmax(pg_current_snapshot());
  update case_history set xid = pg_current_xact_id() where xid >= pg_snapshot_xmax(pg_current_snapshot());
  get diagnostics adopted = row_count;
  return adopted;
end $$;
