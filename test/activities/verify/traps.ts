/** One table each: what the backup holds, and what becomes of it at the target without a count changing. */
export const TRAPS = [
  [
    'numeric 1.0 and 1.00 inside jsonb',
    'jsonb_scale',
    `CREATE TABLE auth.jsonb_scale (id int PRIMARY KEY, v jsonb);
     INSERT INTO auth.jsonb_scale VALUES (1, '{"x": 1.0}'), (2, '{"x": 1.0}')`,
    `UPDATE auth.jsonb_scale SET v = '{"x": 1.00}' WHERE id = 1`,
  ],
  [
    'the scale of a numeric',
    'numeric_scale',
    `CREATE TABLE auth.numeric_scale (id int PRIMARY KEY, v numeric);
     INSERT INTO auth.numeric_scale VALUES (1, 1.0)`,
    `UPDATE auth.numeric_scale SET v = 1.00`,
  ],
  [
    '0 and -0 in a float',
    'float_zero',
    `CREATE TABLE auth.float_zero (id int PRIMARY KEY, v float8);
     INSERT INTO auth.float_zero VALUES (1, 0)`,
    `UPDATE auth.float_zero SET v = '-0'`,
  ],
  [
    'a float that prints the same with fewer digits',
    'float_digits',
    `CREATE TABLE auth.float_digits (id int PRIMARY KEY, v float8);
     INSERT INTO auth.float_digits VALUES (1, 0.1)`,
    `UPDATE auth.float_digits SET v = 0.1::float8 + 1.4e-17::float8`,
  ],
  [
    'one day and 24 hours',
    'day_hours',
    `CREATE TABLE auth.day_hours (id int PRIMARY KEY, v interval);
     INSERT INTO auth.day_hours VALUES (1, '1 day')`,
    `UPDATE auth.day_hours SET v = '24:00'`,
  ],
  [
    'case in citext',
    'citext_case',
    `CREATE TABLE auth.citext_case (id int PRIMARY KEY, v public.citext);
     INSERT INTO auth.citext_case VALUES (1, 'Ann@example.com')`,
    `UPDATE auth.citext_case SET v = 'ann@example.com'`,
  ],
  [
    'padding of a character type',
    'padding',
    `CREATE TABLE auth.padding (id int PRIMARY KEY, v bpchar);
     INSERT INTO auth.padding VALUES (1, 'a')`,
    `UPDATE auth.padding SET v = 'a  '`,
  ],
  [
    'white space in json, which has no equality',
    'json_space',
    `CREATE TABLE auth.json_space (id int PRIMARY KEY, v json);
     INSERT INTO auth.json_space VALUES (1, '{"a":1}')`,
    `UPDATE auth.json_space SET v = '{"a": 1}'`,
  ],
  [
    'a point, which has no hash',
    'points',
    `CREATE TABLE auth.points (id int PRIMARY KEY, v point);
     INSERT INTO auth.points VALUES (1, '(1,2)')`,
    `UPDATE auth.points SET v = '(2,1)'`,
  ],
  [
    'NULL and the empty text',
    'null_or_empty',
    `CREATE TABLE auth.null_or_empty (id int PRIMARY KEY, v text);
     INSERT INTO auth.null_or_empty VALUES (1, ''), (2, NULL)`,
    `UPDATE auth.null_or_empty SET v = NULL WHERE id = 1`,
  ],
  [
    'NULL in a table of one column',
    'one_column',
    `CREATE TABLE auth.one_column (v text); INSERT INTO auth.one_column VALUES ('a'), (NULL), (NULL)`,
    `UPDATE auth.one_column SET v = '' WHERE ctid = (SELECT max(ctid) FROM auth.one_column)`,
  ],
  [
    'values that two rows swapped',
    'swapped',
    `CREATE TABLE auth.swapped (id int PRIMARY KEY, v text);
     INSERT INTO auth.swapped VALUES (1, 'a'), (2, 'b')`,
    `UPDATE auth.swapped SET v = translate(v, 'ab', 'ba')`,
  ],
  [
    'duplicates that XOR would cancel',
    'cancelling',
    `CREATE TABLE auth.cancelling (v text); INSERT INTO auth.cancelling VALUES ('a'), ('a'), ('c')`,
    `UPDATE auth.cancelling SET v = 'b' WHERE v = 'a'`,
  ],
  [
    'a row twice for a row once',
    'multiplicity',
    `CREATE TABLE auth.multiplicity (v text);
     INSERT INTO auth.multiplicity VALUES ('a'), ('a'), ('b')`,
    `UPDATE auth.multiplicity SET v = 'b'
      WHERE ctid = (SELECT min(ctid) FROM auth.multiplicity WHERE v = 'a')`,
  ],
  [
    'a|b, c and a, b|c',
    'framing',
    `CREATE TABLE auth.framing (id int PRIMARY KEY, v text, w text);
     INSERT INTO auth.framing VALUES (1, 'a|b', 'c')`,
    `UPDATE auth.framing SET v = 'a', w = 'b|c'`,
  ],
  [
    'a NULL that moved to another column',
    'null_moved',
    `CREATE TABLE auth.null_moved (id int PRIMARY KEY, v text, w text);
     INSERT INTO auth.null_moved VALUES (1, NULL, 'b')`,
    `UPDATE auth.null_moved SET v = 'b', w = NULL`,
  ],
  [
    'another value under an equal count',
    'counted',
    `CREATE TABLE auth.counted (id int PRIMARY KEY, v bytea);
     INSERT INTO auth.counted SELECT n, int4send(n) FROM generate_series(1, 300) n`,
    String.raw`UPDATE auth.counted SET v = set_byte(v, 3, get_byte(v, 3) # 1) WHERE id = 257`,
  ],
] as const;
