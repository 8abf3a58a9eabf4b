{#
    Regular expressions of values that are not empty and still name no customer and no product:

    - `rounded`: a number in scientific notation, as spreadsheets write long ids. It has lost
      digits, so that several ids look like one. `7e10` may be an id.
    - `null_word`: a word of the setting `null_words`, in any case.
#}
{% macro no_id_patterns() %}
    {% set words = [] %}
    {% for word in var('null_words') %}
        {% do words.append(modules.re.escape(word | string | trim)) %}
    {% endfor %}
    {{ return({
        'rounded': '[+-]?[0-9](([.,][0-9]+)?[eE][+][0-9]{2,3}|[.,][0-9]+[eE][0-9]{1,3})',
        'null_word': '(?i:' ~ words | join('|') ~ ')',
    }) }}
{% endmacro %}


{# Whether a value is empty, or a word that means so. #}
{% macro is_missing(column) -%}
    coalesce(
        {{ trimmed(column) }} in ('', '=""')
        or {{ matches(trimmed(column), no_id_patterns().null_word) }},
        true
    )
{%- endmacro %}
