{#
    Columns of a select list for a row of a side input: its place, `outcome`,
    `reason`, and the original text if the row was rejected.

    Args:
        input: what describe_input says.
        columns: our names of the columns that its original text shows.
        flaw: SQL of what is wrong with a row that counts all the same; null if nothing is.
#}
{% macro judged_input_columns(input, columns, flaw='null') -%}
    {%- set raw = {} -%}
    {%- for column in columns %}{% do raw.update({column: 'raw_' ~ column}) %}{% endfor -%}
    cast(input_file as {{ dbt.type_string() }}) as input_file,
        cast(row_in_input + {{ input.header_lines }} as bigint) as line_number,
        case when reason is null then 'accepted' else 'rejected' end as outcome,
        coalesce(reason, {{ flaw }}) as reason,
        case
            when coalesce(reason, {{ flaw }}) is not null
                then {{ json_object(raw) }}
        end as original_text
{%- endmacro %}
