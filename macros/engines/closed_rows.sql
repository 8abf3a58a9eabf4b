{#
    Rows of CSV files, without a last row that an unclosed quote has swallowed: after such a
    quote Spark takes the rest of a file for one value. The row is left out where quotes do not
    come in pairs.
#}
{% macro closed_rows(input) %}
    {% if target.type == 'spark' %}
    select numbered.*
    from (
        select
            *,
            row_number() over (
                partition by _input_file
                order by _row_in_input desc
            ) as _row_from_end
        from ({{ read_input(input) }}) as input_rows
    ) as numbered
    left join (
        select input_file
        from {{ read_lines(input) }}
        group by input_file
        having mod(sum(length(line) - length(replace(line, '"', ''))), 2) = 1
    ) as unpaired
        on numbered._input_file = unpaired.input_file
    where
        unpaired.input_file is null
        or numbered._row_from_end > 1
    {% else %}
    {{ read_input(input) }}
    {% endif %}
{% endmacro %}


{# How often a text continues on another line. #}
{% macro line_break_count(text) -%}
    {%- if target.type == 'spark' -%}
    array_size(regexp_extract_all({{ text }}, r'[\r\n]+', 0))
    {%- else -%}
    case
        when regexp_matches({{ text }}, '[\r\n]')
            then len(regexp_extract_all({{ text }}, '[\r\n]+'))
        else 0
    end
    {%- endif -%}
{%- endmacro %}
