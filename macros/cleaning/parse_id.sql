{#
    An identifier of the declared type, or null where the value is none: text without blanks
    around it; or a whole number within 64 bits. `17850.0` is valid; `1e3`, `1.5` and `0x1F`,
    which a plain cast accepts, are not. A word of the setting `null_words` is no id.
#}
{% macro parse_id(column) -%}
    {%- if var('id_type') == 'text' -%}
        {{ without_no_ids(one_line(column)) }}
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


{% macro parse_whole_number(column) -%}
    {#- typeof() is a constant: a column of numbers costs no check of text. -#}
    case
        when upper(typeof({{ column }})) = 'BIGINT' then try_cast({{ column }} as bigint)
        when
            {{ matches(trimmed(column), '[+-]?[0-9]+(\\.0*)?') }}
            then try_cast(split_part({{ trimmed(column) }}, '.', 1) as bigint)
    end
{%- endmacro %}
