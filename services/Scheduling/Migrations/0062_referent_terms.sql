-- Who leads a pôle from when until when, as Membership says it with the pôle: a plan looks months ahead. Of pôles not said
-- again since, only who leads now is known.
create table referent_term (
  pole         text not null,
  professional text not null,
  from_date    date not null,
  until_date   date,                           -- exclusive
  primary key (pole, from_date, professional));
