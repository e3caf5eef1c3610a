-- A rate is keyed on (programme, profession, role, component, unit). One grid may pay a component by several units, which add
-- up; on a day only one grid pays a component to a profession in a role.

alter table rate add column role int not null default 0 check (role between 0 and 3);   -- RateRole, 0 for any
alter table rate drop constraint rate_grid_overlap;
alter table rate add constraint rate_grid_overlap exclude using gist (
  programme with =, profession_table with =, profession_code with =, role with =, component with =, valid with &&, rate_grid with <>);
alter table rate add constraint rate_said_twice unique (rate_grid, profession_table, profession_code, role, component, unit);

-- Immutable once published, for the owner too: no rate changes, and none joins a grid after the transaction that made it.
create trigger append_only before update or delete or truncate on rate_grid for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on rate for each statement execute function refuse_change();

create function rate_must_be_its_grids() returns trigger language plpgsql as $$
begin
  perform from rate_grid g
  where g.name = new.rate_grid and g.programme = new.programme and daterange(g.valid_from_date, g.valid_until_date) = new.valid
    and g.xmin = pg_current_xact_id()::xid;
  if not found then
    raise exception 'grid % is published, or the rate is of another programme or period', new.rate_grid using errcode = 'insufficient_privilege';
  end if;
  return null;
end $$;
create trigger published_whole after insert on rate for each row execute function rate_must_be_its_grids();
