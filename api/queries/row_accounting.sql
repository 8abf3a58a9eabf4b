-- What happened to every row of the input, and why; without the folders of files. The text of a
-- row shows its customer, and in a value of several lines perhaps other rows. Once a customer
-- has opted out, only rows that surely belong to another customer, or to none, are shown.
with identified as (
    select
        *,
        -- The same characters as in macros/cleaning/trimmed.sql.
        regexp_replace(
            json_extract_string(try_cast(example_text as json), '$.customer_id'),
            '^[\x{09}-\x{0D}\x{20}\x{85}\x{A0}\x{AD}\x{1680}\x{180E}\x{2000}-\x{200F}'
            || '\x{2028}-\x{202F}\x{205F}-\x{2064}\x{2066}-\x{2069}\x{3000}\x{FEFF}]+'
            || '|[\x{09}-\x{0D}\x{20}\x{85}\x{A0}\x{AD}\x{1680}\x{180E}\x{2000}-\x{200F}'
            || '\x{2028}-\x{202F}\x{205F}-\x{2064}\x{2066}-\x{2069}\x{3000}\x{FEFF}]+$',
            '',
            'g'
        ) as raw_customer_id,
        contains(example_text, '\n') or contains(example_text, '\r') as has_lines
    from main.row_accounting
),

opted_out as (
    select cast(customer_id as text) as customer_id
    from noted.opted_out
),

judged as (
    select
        *,
        (select count(*) from opted_out) = 0
        or input = 'product_attributes'
        or coalesce(
            not has_lines
            -- Excel's ="00109" is 00109. 1.23E+15 has lost digits: it can be anyone's.
            and not starts_with(raw_customer_id, '="')
            and not regexp_full_match(raw_customer_id, '[+-]?[0-9.,]+[eE][+-]?[0-9]+')
            and raw_customer_id not in (select customer_id from opted_out)
            and coalesce(cast(try_cast(raw_customer_id as bigint) as text), '')
            not in (select customer_id from opted_out),
            false
        ) as is_presentable
    from identified
)

select
    * exclude (raw_customer_id, has_lines, is_presentable)
    replace (
        parse_filename(example_file) as example_file,
        case when is_presentable then example_text end as example_text
    )
from judged
order by input, outcome, row_count desc, reason
