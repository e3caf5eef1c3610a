-- Rows are numbered as they come: the oldest go out first by number, and a page's cursor is a number. Times are nanoseconds
-- since 1970; span ids are eight bytes as an integer; details are protobuf messages without what has a column.
create table run (id integer primary key, started integer not null, first_log integer not null, first_trace integer not null) strict;

create table service (id integer primary key, name text not null unique) strict;
create table resource (
  id integer primary key, service integer not null, instance text, detail blob not null, seen integer not null,
  key blob not null unique) strict;
create table scope (id integer primary key, name text not null unique) strict;

create table log (
  id integer primary key, at integer not null, claimed integer, severity integer not null, service integer not null, resource integer not null,
  scope integer not null, trace blob, span integer, body text not null, detail blob not null) strict;
create index log_trace on log (trace) where trace is not null;
create index log_error on log (service, id) where severity >= 17;
-- Words only, no positions: half the size, and a search is for words.
create virtual table log_text using fts5 (words, content='', contentless_delete=1, detail=none, tokenize='unicode61 remove_diacritics 2');

-- services: ",ID:SPANS,ID:SPANS,"
create table trace (
  id integer primary key, trace blob not null unique, first integer not null, last integer not null, spans integer not null, errors integer not null,
  name text not null, service integer not null, named_at integer not null, rooted integer not null, services text not null) strict;
create table span (
  id integer primary key, trace integer not null, span integer not null, parent integer, service integer not null, resource integer not null,
  scope integer not null, name text not null, kind integer not null, status integer not null, message text,
  at integer not null, duration integer not null, shift integer not null, detail blob not null) strict;
create unique index span_key on span (trace, span);
create virtual table span_text using fts5 (words, content='', contentless_delete=1, detail=none, tokenize='unicode61 remove_diacritics 2');

create table instrument (
  id integer primary key, service integer not null, scope integer not null, name text not null, unit text not null, kind integer not null,
  description text not null, cumulative integer not null, seen integer not null,
  unique (service, scope, name, kind)) strict;
create table series (
  id integer primary key, instrument integer not null, resource integer not null, detail blob not null, key blob not null,
  latest real not null, seen integer not null,
  unique (instrument, key)) strict;
create table point (id integer primary key, series integer not null, at integer not null, value real not null, detail blob) strict;
create unique index point_key on point (series, at);
create table exemplar (
  id integer primary key, series integer not null, at integer not null, value real not null, trace blob not null, span integer not null) strict;
create index exemplar_series on exemplar (series, at);
