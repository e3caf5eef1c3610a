-- Who met whom: pairs of structures that sat at the same situation, by month. No session, no case, nobody: nothing to erase.
create table structure_link (
  programme text not null,
  pole      text not null,
  month     date not null check (extract(day from month) = 1),
  one       text not null,
  other     text not null check (other collate "C" > one collate "C"),
  items     int  not null check (items > 0),
  primary key (programme, pole, month, one, other));
create index structure_link_pair on structure_link (programme, one, other, month);
