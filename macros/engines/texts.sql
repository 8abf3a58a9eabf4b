{# A text as a SQL literal, with any characters. #}
{% macro text_literal(text) -%}
    {{ dbt.string_literal(dbt.escape_single_quotes(text | string)) }}
{%- endmacro %}


{# Overrides dbt-spark's own, which does not escape backslashes. #}
{% macro spark__escape_single_quotes(expression) -%}
    {{ expression.replace("\\", "\\\\").replace("'", "\\'") }}
{%- endmacro %}


{# Whether a regular expression matches the whole of a text. #}
{% macro matches(text, pattern) -%}
    {%- if target.type == 'spark' -%}
    regexp_like({{ text }}, {{ text_literal('^(?:' ~ pattern ~ ')\\z') }})
    {%- else -%}
    regexp_full_match({{ text }}, {{ text_literal(pattern) }})
    {%- endif -%}
{%- endmacro %}


{#
    A text with the match of a regular expression replaced; `\1` in the replacement is the
    first group, and neither holds a quote. Spark replaces every match and DuckDB the first:
    patterns end in $ or begin with ^.
#}
{% macro replaced(text, pattern, replacement) -%}
    {%- if target.type == 'spark' -%}
    regexp_replace({{ text }}, r'{{ pattern }}', '{{ replacement.replace("\\", "$") }}')
    {%- else -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}')
    {%- endif -%}
{%- endmacro %}


{# In a select list: one row per part of a text between separators. #}
{% macro each_part(text, separator) -%}
    {%- if target.type == 'spark' -%}
    explode(split({{ text }}, r'\Q{{ separator }}\E'))
    {%- else -%}
    unnest(string_split({{ text }}, '{{ separator }}'))
    {%- endif -%}
{%- endmacro %}


{# In a select list: one row per word of a text, in small letters; a word may be empty. #}
{% macro each_word(text) -%}
    {%- if target.type == 'spark' -%}
    explode(split(lower({{ text }}), r'[^\p{L}\p{N}]+'))
    {%- else -%}
    unnest(regexp_split_to_array(lower({{ text }}), '[^\p{L}\p{N}]+'))
    {%- endif -%}
{%- endmacro %}


{# The texts of a group as one, in an order and with a separator between them. #}
{% macro joined_texts(text, separator, order_by) -%}
    {%- if target.type == 'spark' -%}
    listagg({{ text }}, '{{ separator }}') within group (order by {{ order_by }})
    {%- else -%}
    listagg({{ text }}, '{{ separator }}' order by {{ order_by }})
    {%- endif -%}
{%- endmacro %}


{# A column's name, with any characters, as SQL takes it. #}
{% macro column_name(name) -%}
    {%- set quote = '`' if target.type == 'spark' else '"' -%}
    {{ adapter.quote(name.replace(quote, quote * 2)) }}
{%- endmacro %}
