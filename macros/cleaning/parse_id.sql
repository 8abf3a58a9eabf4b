{#
    An identifier of the declared type, or null where the value is none: text without blanks
    around it and without Excel's `="..."`; or a whole number within 64 bits. `17850.0` is
    valid; `1e3`, `1.5` and `0x1F`, which a plain cast accepts, are not. A word of the setting
    `null_words` is no id.
#}
{% macro parse_id(column) -%}
    {%- if var('id_type') == 'text' -%}
        {%- set id = without_formula(one_line(column)) -%}
        case
            when {{ matches(id, '(?:' ~ no_id_patterns().values() | join('|') ~ ')') }}
                then null
            else {{ id }}
        end
    {%- else -%}
        {%- set id = namespace(sql=parse_whole_number(column)) -%}
        {%- for word in var('null_words') if modules.re.fullmatch(
            '[+-]?[0-9]{1,18}', word | string
        ) -%}
            {%- set id.sql = 'nullif(' ~ id.sql ~ ', ' ~ word ~ ')' -%}
        {%- endfor -%}
        {{ id.sql }}
    {%- endif -%}
{%- endmacro %}


{# A whole number from text, or null where it is none. #}
{% macro parse_whole_number(column) -%}
    {#- typeof() is a constant: a column of numbers costs no check of text. -#}
    case
        when upper(typeof({{ column }})) = 'BIGINT' then try_cast({{ column }} as bigint)
        when
            {{ matches(without_formula(trimmed(column)), '[+-]?[0-9]+(\\.0*)?') }}
            then try_cast(
                split_part({{ without_formula(trimmed(column)) }}, '.', 1) as bigint
            )
    end
{%- endmacro %}


{# An id of a file for Excel, where `="00109"` keeps the zeros. #}
{% macro without_formula(text) -%}
    case
        when {{ text }} like '="%"'
            then nullif(trim(substr({{ text }}, 3, length({{ text }}) - 3)), '')
        else {{ text }}
    end
{%- endmacro %}
