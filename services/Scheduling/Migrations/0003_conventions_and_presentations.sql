-- Only conventions that are or were in force, with their days: a draft, or one given up before it began, is none.
-- Before, TERMINATED had no last day of its own, and DRAFT and EXPIRED were computed for another day.
delete from convention where state = 'TERMINATED' or signed_date is null or end_date is null;
alter table convention rename column signed_date to first_date;
alter table convention rename column end_date to last_date;
alter table convention
  drop column state,
  alter column first_date set not null,
  alter column last_date set not null,
  add check (last_date >= first_date);

alter table session add column presented_partners text[] not null default '{}' check (cardinality(presented_partners) <= 500);
