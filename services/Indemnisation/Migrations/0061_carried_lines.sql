-- What comes after its year was closed may be paid by a later one (ADR 0033).
alter table indemnity_line
  drop constraint indemnity_line_check,
  add constraint fiscal_year_not_before_session check (fiscal_year >= extract(year from session_date));
