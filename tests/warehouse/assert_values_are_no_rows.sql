-- A quote that opens in one value and closes in another takes the rows between into
-- the value, where they are lost. Its last line then looks like the beginning of a
-- row: with ids and a time where the log has them. Of each row one value of several
-- lines is looked at.
{{ config(severity='warn') }}

{% set log = describe_input('log') %}
{% set names, known = log.file_columns | list, {} %}
{% if log.format == 'csv' and names | length > 1 %}
    {% for name in ['customer_id', 'product_id', 'event_date'] %}
        {% set column = find_input_column(log, log.settings.columns.get(name, name)) %}
        {% if column in names and name not in log.settings.expressions %}
            {% do known.update({names.index(column): name}) %}
        {% endif %}
    {% endfor %}
{% endif %}
{% set delimiter = text_literal(log.settings.delimiter) %}
{% set number = var('id_type') == 'integer' %}

{% if not known %}
select cast(null as {{ dbt.type_string() }}) as problem
where false
{% else %}
with log_values as (
    select
        _input_file as input_file,
        _row_in_input as row_in_input,
        coalesce(
            {% for name in names %}
            case
                when {{ column_name(name) }} like '%' || chr(10) || '%'
                    then {{ column_name(name) }}
            end
            {{- ',' if not loop.last }}
            {% endfor %}
        ) as long_value
    from ({{ read_input(log) }}) as log_rows
),

last_lines as (
    select
        input_file,
        row_in_input,
        {{ replaced('long_value', '(?s)^.*\\n', '') }} as last_line
    from log_values
    where long_value is not null
),

divided as (
    select
        *,
        (
            length(last_line)
            - length(replace(last_line, {{ delimiter }}, ''))
        ) / {{ log.settings.delimiter | length }} as delimiter_count
    from last_lines
),

like_rows as (
    select
        input_file,
        row_in_input,
        count(*) over () as value_count,
        row_number() over (order by input_file, row_in_input) as place
    from divided
    where
        delimiter_count between {{ known | min + 1 }} and {{ names | length - 1 }}
        {% for place, name in known.items() %}
        and (
            delimiter_count <= {{ place }}
            or {{ matches(
                dbt.split_part('last_line', delimiter, place + 1),
                '.*\\d{2}.*' if name == 'event_date' else
                '\\W*\\d+\\W*' if number else '.*\\w.*'
            ) }}
        )
        {% endfor %}
)

select
    'Whole rows are lost within ' || {{ counted('value_count', 'value') }}
    || ' of several lines in the log (the first in row '
    || cast(row_in_input as {{ dbt.type_string() }}) || ' of ' || input_file
    || '). A quote opens in one value and closes in another: remove it.' as problem
from like_rows
where place = 1
{% endif %}
