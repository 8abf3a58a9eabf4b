{#
    The table of attributes of customers or products: one row per row of the input, with its
    attributes. An attribute may have any name, so it is known by its place: attribute_1,
    attribute_2 ...; the names are those of attribute_columns.

    Args:
        subject: customer or product.
#}
{% macro attribute_rows(subject) %}
{% set input = describe_input(subject ~ '_attributes') %}
{% set attributes = attribute_columns(input) %}
{% set id = subject ~ '_id' %}
with input_rows as (
    {{ read_input(input) }}
),

renamed as (
    select
        _input_file as input_file,
        _row_in_input as row_in_input,
        {% for column in attributes.values() %}
        nullif({{ trimmed(column_name(column)) }}, '')
            as attribute_{{ loop.index }},
        {% endfor %}
        {{ input_value(input, id) }} as raw_{{ id }}
    from input_rows
),

parsed as (
    select
        *,
        {{ parse_id('raw_' ~ id) }} as {{ id }}
    from renamed
),

judged as (
    select
        *,
        case
            when {{ id }} is null
                then {{ defect('raw_' ~ id, id, 'uncastable') }}
        end as reason
    from parsed
),

final as (
    select
        {{ judged_input_columns(input, [id]) }},
        {% for column in attributes %}
        attribute_{{ loop.index }},
        {% endfor %}
        {{ id }}
    from judged
)

select * from final
{% endmacro %}
