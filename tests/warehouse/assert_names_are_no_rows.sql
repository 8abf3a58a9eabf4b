-- A quote that opens in one product name and closes in another takes the rows between
-- into the name, where they are lost.
{{ config(severity='warn') }}

{% set log = describe_input('log') %}
{% set delimiter = log.settings.delimiter or ',' %}

with log_rows as (
    select * from {{ ref('stg_log_rows') }}
),

names_with_rows as (
    select
        input_file,
        row_in_input,
        count(*) over () as name_count,
        row_number() over (order by input_file, row_in_input) as place
    from log_rows
    where
        {{ (log.format == 'csv') | lower }}
        and product_name like '%' || chr(10) || '%'
        and length(product_name)
        - length(replace(product_name, {{ text_literal(delimiter) }}, ''))
        >= {{ (log.columns | length - 1) * delimiter | length }}
)

select
    cast(name_count as {{ dbt.type_string() }})
    || ' product names of several lines hold whole rows, which are lost (the first in'
    || ' row ' || cast(row_in_input as {{ dbt.type_string() }}) || ' of ' || input_file
    || '). A quote opens in one name and closes in another: remove it.' as problem
from names_with_rows
where place = 1
