-- SPDX-License-Identifier: BSL-1.0
-- Run by sqlite_test on a new database file, with goods.csv beside it.
create table numbers (n integer primary key, square integer not null, word text collate nocase);
with recursive count(x) as (select 1 union all select x + 1 from count where x < 20000)
insert into numbers select x, x * x, printf('word-%05d', (x * 7919) % 20011) from count;
create index by_word on numbers (word);
select count(*), sum(square), min(word), max(word) from numbers;
select n from numbers where word = 'WORD-00042';
explain query plan select n from numbers where word = 'x';

.mode csv
.import goods.csv goods
.mode list
select * from goods order by id;
update goods set price = null where price = '';
select name, coalesce(price, 'none'), typeof(price) from goods;

begin;
delete from numbers;
select 'in the transaction: ' || count(*) from numbers;
rollback;
savepoint a;
insert into numbers values (0, 0, 'zero');
savepoint b;
insert into numbers values (-1, 1, 'minus');
rollback to b;
release a;
select count(*), min(n) from numbers;
insert or ignore into numbers values (0, 5, 'again');
insert into numbers values (0, 5, 'again') on conflict (n) do update set word = excluded.word || '!';
select * from numbers where n = 0;

create table log (what text);
create trigger noted after delete on numbers begin insert into log values ('deleted ' || old.n); end;
delete from numbers where n = 0;
select * from log;
create view even as select n, square from numbers where n % 2 = 0;
select count(*), avg(n) from even;

select n, sum(n) over (order by n rows between 2 preceding and current row), rank() over (order by n desc)
  from numbers where n <= 5;
select a.n, b.n from numbers a join numbers b on a.square = b.n where a.n between 3 and 5;
select group_concat(n, '-') from (select n from numbers where word like 'word-0000%' order by word);
select json_extract('{"a": [1, 2, {"b": "c"}]}', '$.a[2].b'), json_group_array(n) from numbers where n < 4;
select round(sqrt(2), 6), round(pi(), 6), 7 / 2, 7 % 3, 7.0 / 2, 1 << 40, abs(-9223372036854775807);
select date('2024-02-28', '+2 days'), strftime('%j', '2024-12-31'), julianday('2000-01-01');
select hex(zeroblob(4)), quote(x'00ff'), typeof(1.0), upper('abc'), substr('hello', 2, 3), instr('hello', 'll');
select 'ünï' || char(8364), length('ünï'), unicode('€');
select cast('12abc' as integer), '10' + 5, null is null, 5 between 1 and 9, coalesce(null, 'x');

create table parent (id integer primary key);
create table child (p references parent on delete cascade);
pragma foreign_keys = on;
insert into parent values (1), (2);
insert into child values (1), (1), (2);
delete from parent where id = 1;
select count(*) from child;
pragma foreign_keys = off;

vacuum;
pragma integrity_check;
pragma page_size;
