-- The words a model may use besides plain SQL, in Spark: function by function what duckdb.sql
-- says. All of them are temporary functions of the session. Spark has no UUID: there an id is the
-- text that id_text gives.
--
-- Raw strings (r'...') keep the backslashes of patterns; rlike matches anywhere, so patterns that
-- must match the whole text are tied to \A and \z. With ANSI on a cast of unreadable text is an
-- error, hence patterns first and try_cast where a pattern cannot tell.

CREATE OR REPLACE TEMPORARY FUNCTION clean_text(x STRING) RETURNS STRING RETURN
    nullif(trim(BOTH ' ' FROM translate(x, {{written}}, {{normal}})), '');

CREATE OR REPLACE TEMPORARY FUNCTION normal_form(x STRING) RETURNS STRING RETURN
    nullif(trim(BOTH ' ' FROM translate(x, {{written, wide}}, {{normal, narrow}})), '');

CREATE OR REPLACE TEMPORARY FUNCTION escaped(x STRING) RETURNS STRING RETURN
    replace(replace(replace(x, r'\', r'\\'), '|', r'\|'), '∅', r'\∅');

CREATE OR REPLACE TEMPORARY FUNCTION part_of_key(x STRING) RETURNS STRING RETURN
    escaped(normal_form(x));

CREATE OR REPLACE TEMPORARY FUNCTION capital(x STRING) RETURNS STRING RETURN
    translate(x, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ');

CREATE OR REPLACE TEMPORARY FUNCTION is_placeholder(x STRING) RETURNS BOOLEAN RETURN
    x RLIKE concat(
        r'\A(无|没有|暂无|空|空白|缺失|不详|不明|不清|未知|未填|未填写|未登记|待补|待定|待查|不适用',
        r'|NULL|NONE|NIL|NAN|NA|N/A|#N/A|UNKNOWN|TBD|[ 0!-/:-@\[-\x60{-~、-】〔-〛·‘-”—…]*)\z'
    );

CREATE OR REPLACE TEMPORARY FUNCTION name_letters(x STRING) RETURNS STRING RETURN
    regexp_replace(
        capital(normal_form(x)),
        r'[ ()\[\]【】〔〕{}<>《》〈〉·・•‧.。,、\-‐–—\x27"“”‘’|\\∅]',
        ''
    );

CREATE OR REPLACE TEMPORARY FUNCTION name_key(x STRING) RETURNS STRING RETURN
    CASE WHEN NOT is_placeholder(name_letters(x)) THEN name_letters(x) END;

CREATE OR REPLACE TEMPORARY FUNCTION edit_distance(a STRING, b STRING) RETURNS INT RETURN
    levenshtein(left(a, 90), left(b, 90));

CREATE OR REPLACE TEMPORARY FUNCTION parse_day(x STRING) RETURNS DATE RETURN
    CASE
        WHEN x RLIKE r'\A[1-8][0-9]{7}\z'
            THEN try_cast(concat_ws('-', substr(x, 1, 4), substr(x, 5, 2), substr(x, 7, 2)) AS DATE)
        WHEN x RLIKE r'\A[1-8][0-9]{3}(-[0-9]{2}-|/[0-9]{2}/)[0-9]{2}\z'
            THEN try_cast(replace(x, '/', '-') AS DATE)
        WHEN x RLIKE r'\A[1-8][0-9]{3}年[0-9]{2}月[0-9]{2}日\z'
            THEN try_cast(concat_ws('-', substr(x, 1, 4), substr(x, 6, 2), substr(x, 9, 2)) AS DATE)
    END;

CREATE OR REPLACE TEMPORARY FUNCTION write_day(d DATE, mark STRING) RETURNS STRING RETURN
    replace(CAST(d AS STRING), '-', mark);

CREATE OR REPLACE TEMPORARY FUNCTION parse_money(x STRING) RETURNS DECIMAL(18, 2) RETURN
    CASE
        WHEN x RLIKE r'\A-?[0-9]{1,16}(\.[0-9]{1,2})?\z' THEN CAST(x AS DECIMAL(18, 2))
    END;

CREATE OR REPLACE TEMPORARY FUNCTION parse_wan(x STRING) RETURNS DECIMAL(18, 2) RETURN
    CASE
        WHEN x RLIKE r'\A-?[0-9]{1,12}(\.[0-9]{1,6})?\z'
            THEN CAST(CAST(x AS DECIMAL(24, 6)) * CAST(10000 AS DECIMAL(5, 0)) AS DECIMAL(18, 2))
    END;

CREATE OR REPLACE TEMPORARY FUNCTION yuan(fen BIGINT) RETURNS DECIMAL(18, 2) RETURN
    CAST(fen * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(18, 2));

CREATE OR REPLACE TEMPORARY FUNCTION wan(fen BIGINT) RETURNS DECIMAL(18, 6) RETURN
    CAST(fen * CAST(0.000001 AS DECIMAL(7, 6)) AS DECIMAL(18, 6));

CREATE OR REPLACE TEMPORARY FUNCTION parse_int(x STRING) RETURNS BIGINT RETURN
    CASE WHEN x RLIKE r'\A-?[0-9]{1,18}\z' THEN CAST(x AS BIGINT) END;

CREATE OR REPLACE TEMPORARY FUNCTION until(d DATE) RETURNS DATE RETURN
    coalesce(d, DATE '9999-12-31');

CREATE OR REPLACE TEMPORARY FUNCTION on_day(first DATE, ends DATE, d DATE) RETURNS BOOLEAN RETURN
    first <= d AND d < until(ends);

CREATE OR REPLACE TEMPORARY FUNCTION meet(a_first DATE, a_ends DATE, b_first DATE, b_ends DATE)
    RETURNS BOOLEAN RETURN a_first < until(b_ends) AND b_first < until(a_ends);

CREATE OR REPLACE TEMPORARY FUNCTION month_after(d DATE) RETURNS DATE RETURN
    date_add(last_day(d), 1);

CREATE OR REPLACE TEMPORARY FUNCTION mask_resident_no(x STRING) RETURNS STRING RETURN
    CASE WHEN length(x) = 18 THEN concat(substr(x, 1, 10), '****', substr(x, 15, 4)) END;

CREATE OR REPLACE TEMPORARY FUNCTION mask_numbers(x STRING) RETURNS STRING RETURN
    regexp_replace(x, '([0-9]{10})[0-9]{4}([0-9]{3}[0-9Xx])', '$1****$2');

CREATE OR REPLACE TEMPORARY FUNCTION mask_words(x STRING) RETURNS STRING RETURN
    CASE
        WHEN length(x) < 15 THEN x
        ELSE regexp_replace(
            mask_numbers(x),
            '([0-9]{8})(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])([0-9]{3})', '$1****$2'
        )
    END;

CREATE OR REPLACE TEMPORARY FUNCTION org_code_ok(x STRING) RETURNS BOOLEAN RETURN
    CASE
        WHEN x RLIKE r'\A[0-9A-Z]{8}[0-9X]\z' THEN (
            aggregate(
                sequence(1, 8),
                0,
                (total, i) -> total + array(3, 7, 9, 10, 5, 8, 4, 2)[i - 1]
                * (locate(substr(x, i, 1), '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ') - 1)
            )
            + locate(substr(x, 9, 1), '0123456789X') - 1
        ) % 11 = 0
        WHEN x IS NOT NULL THEN FALSE
    END;

CREATE OR REPLACE TEMPORARY FUNCTION uscc_ok(x STRING) RETURNS BOOLEAN RETURN
    CASE
        WHEN x RLIKE concat(
            r'\A(1[1239]|2[19]|3[1-59]|4[19]|5[1239]|6[129]|7[129]|8[19]|9[123]|A[19]|N[1239]|Y1)',
            r'[0-9]{6}[0-9A-HJ-NP-RTUWXY]{8}[0-9X][0-9A-HJ-NP-RTUWXY]\z'
        ) THEN (
            aggregate(
                sequence(1, 18),
                0,
                (total, i) -> total
                + array(1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)[i - 1]
                * (locate(substr(x, i, 1), '0123456789ABCDEFGHJKLMNPQRTUWXY') - 1)
            )
        ) % 31 = 0 AND org_code_ok(substr(x, 9, 9))
        WHEN x IS NOT NULL THEN FALSE
    END;

CREATE OR REPLACE TEMPORARY FUNCTION registration_no_ok(x STRING) RETURNS BOOLEAN RETURN
    CASE
        WHEN x RLIKE r'\A[0-9]{15}\z' THEN (
            aggregate(
                sequence(1, 14),
                10,
                (rest, i) -> ((rest + ascii(substr(x, i, 1)) - 49) % 10 + 1) * 2 % 11
            )
            + ascii(substr(x, 15, 1)) - 48
        ) % 10 = 1
        WHEN x IS NOT NULL THEN FALSE
    END;

CREATE OR REPLACE TEMPORARY FUNCTION resident_no_ok(x STRING) RETURNS BOOLEAN RETURN
    CASE
        WHEN x RLIKE r'\A[0-9]{17}[0-9X]\z' THEN (
            aggregate(
                sequence(1, 17),
                0,
                (total, i) -> total
                + array(7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)[i - 1]
                * (ascii(substr(x, i, 1)) - 48)
            )
            + locate(substr(x, 18, 1), '0123456789X') - 1
        ) % 11 = 1
        WHEN x IS NOT NULL THEN FALSE
    END;

CREATE OR REPLACE TEMPORARY FUNCTION masked_resident_no_ok(x STRING) RETURNS BOOLEAN RETURN
    x RLIKE r'\A[0-9]{10}\*{4}[0-9]{3}[0-9X]\z';

CREATE OR REPLACE TEMPORARY FUNCTION tax_no_ok(x STRING) RETURNS BOOLEAN RETURN
    CASE length(x)
        WHEN 15 THEN x RLIKE r'\A[0-9]{6}' AND org_code_ok(substr(x, 7, 9))
        WHEN 17 THEN x RLIKE r'\A[0-9]{17}\z'
        WHEN 18 THEN uscc_ok(x) OR resident_no_ok(x)
        WHEN 20 THEN x RLIKE r'[0-9]{2}\z' AND resident_no_ok(substr(x, 1, 18))
        ELSE CASE WHEN x IS NOT NULL THEN FALSE END
    END;

CREATE OR REPLACE TEMPORARY FUNCTION id_ok(scheme STRING, x STRING) RETURNS BOOLEAN RETURN
    CASE scheme
        WHEN 'uscc' THEN uscc_ok(x)
        WHEN 'resident_no' THEN resident_no_ok(x)
        WHEN 'org_code' THEN org_code_ok(x)
        WHEN 'registration_no' THEN registration_no_ok(x)
        WHEN 'tax_no' THEN tax_no_ok(x)
        WHEN 'masked_resident_no' THEN masked_resident_no_ok(x)
    END;

CREATE OR REPLACE TEMPORARY FUNCTION compact(x STRING) RETURNS STRING RETURN
    translate(
        translate(x, {{written, wide}}, {{normal, narrow}}),
        'abcdefghijklmnopqrstuvwxyz -‐‒–—―−',
        'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    );

CREATE OR REPLACE TEMPORARY FUNCTION starred(x STRING) RETURNS STRING RETURN
    translate(compact(x), '×✕✖●•○◯■□∗※?#_·', '***************');

CREATE OR REPLACE TEMPORARY FUNCTION id_shaped(scheme STRING, x STRING) RETURNS BOOLEAN RETURN
    CASE scheme
        WHEN 'uscc'
            THEN x RLIKE r'\A[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}\z'
        WHEN 'resident_no' THEN x RLIKE r'\A[0-9]{17}[0-9X]\z'
        WHEN 'org_code' THEN x RLIKE r'\A[0-9A-Z]{8}[0-9X]\z'
        WHEN 'registration_no' THEN x RLIKE r'\A[0-9]{15}\z'
        WHEN 'tax_no' THEN x RLIKE concat(
            r'\A([0-9]{6}[0-9A-Z]{8}[0-9X]|[0-9]{17}|[0-9A-HJ-NP-RTUWXY]{18}',
            r'|[0-9]{17}[0-9X][0-9]{2})\z'
        )
        WHEN 'masked_resident_no' THEN x RLIKE r'\A[0-9]{10}\*{4}[0-9]{3}[0-9X]\z'
        ELSE NOT is_placeholder(x)
    END
    AND replace(replace(x, '*', ''), substr(x, 1, 1), '') <> '';

CREATE OR REPLACE TEMPORARY FUNCTION id_of(scheme STRING, x STRING) RETURNS STRING RETURN
    CASE WHEN id_shaped(scheme, compact(x)) THEN compact(x) END;

CREATE OR REPLACE TEMPORARY FUNCTION key_value(scheme STRING, x STRING) RETURNS STRING RETURN
    CASE WHEN scheme = 'record' THEN x ELSE id_of(scheme, x) END;

CREATE OR REPLACE TEMPORARY FUNCTION as_id(digits STRING) RETURNS STRING RETURN digits;

CREATE OR REPLACE TEMPORARY FUNCTION hash_id(x STRING) RETURNS STRING RETURN md5(x);

CREATE OR REPLACE TEMPORARY FUNCTION id_text(id STRING) RETURNS STRING RETURN id;

CREATE OR REPLACE TEMPORARY FUNCTION reference_key(
    scheme STRING, value STRING, name STRING, division STRING, address STRING, kind STRING
) RETURNS STRING RETURN
    hash_id(concat_ws(
        '|',
        CASE WHEN value IS NULL THEN '∅' ELSE coalesce(scheme, '∅') END,
        coalesce(escaped(value), '∅'),
        coalesce(name_key(name), '∅'),
        coalesce(escaped(division), '∅'),
        coalesce(escaped(normal_form(address)), '∅'),
        coalesce(kind, '∅')
    ));
