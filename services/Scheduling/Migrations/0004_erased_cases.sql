-- An empty name stands for a case that Intake has erased: on an agenda only where it is over.
alter table agenda_item add check (case_name <> '' or state in ('DISCUSSED', 'REMOVED'));
