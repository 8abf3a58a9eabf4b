{# Values that are not empty and still name no customer and no product. #}

{#
    Whether a text is a number in scientific notation, as spreadsheets write long ids: it has
    lost digits, so that several ids look like one. `7e10` may be an id.
#}
{% macro rounded_pattern() %}
    {{ return('[+-]?[0-9](([.,][0-9]+)?[eE][+][0-9]{2,3}|[.,][0-9]+[eE][0-9]{1,3})') }}
{% endmacro %}


{# The words of the setting `null_words`, in any case, as a regular expression. #}
{% macro null_word_pattern() %}
    {% set words = [] %}
    {% for word in var('null_words') %}
        {% do words.append(modules.re.escape(word | string | trim)) %}
    {% endfor %}
    {{ return('(?i:' ~ words | join('|') ~ ')') }}
{% endmacro %}


{# Whether a value is empty, or a word that means so. #}
{% macro is_missing(column) -%}
    coalesce(
        {{ trimmed(column) }} in ('', '=""')
        or {{ matches(trimmed(column), null_word_pattern()) }},
        true
    )
{%- endmacro %}


{# An id, null where it has lost digits or is a word that means no id. #}
{% macro without_no_ids(id) -%}
    case
        when {{ matches(
            id, '(?:' ~ rounded_pattern() ~ '|' ~ null_word_pattern() ~ ')'
        ) }} then null
        else {{ id }}
    end
{%- endmacro %}
