{# A text as a SQL literal, whatever is in it. #}
{% macro text_literal(text) -%}
    {{ dbt.string_literal(dbt.escape_single_quotes(text | string)) }}
{%- endmacro %}


{# dbt-spark forgets that in a text of Spark a backslash escapes too. #}
{% macro spark__escape_single_quotes(expression) -%}
    {{ expression.replace("\\", "\\\\").replace("'", "\\'") }}
{%- endmacro %}


{# Whether the whole of a text matches a regular expression, which holds no quote. #}
{% macro matches(text, pattern) -%}
    {{ adapter.dispatch('matches')(text, pattern) }}
{%- endmacro %}


{% macro default__matches(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}


{% macro spark__matches(text, pattern) -%}
    regexp_like({{ text }}, r'^(?:{{ pattern }})\z')
{%- endmacro %}


{#
    A text with what matches a regular expression replaced; `\1` in the replacement is the
    first group, and neither holds a quote.
#}
{% macro replaced(text, pattern, replacement) -%}
    {{ adapter.dispatch('replaced')(text, pattern, replacement) }}
{%- endmacro %}


{% macro default__replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}


{# Unlike DuckDB it replaces every match: patterns end in $ or begin with ^. #}
{% macro spark__replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, r'{{ pattern }}', '{{ replacement.replace("\\", "$") }}')
{%- endmacro %}


{# In a select list: one row per part of a text between separators. #}
{% macro each_part(text, separator) -%}
    {{ adapter.dispatch('each_part')(text, separator) }}
{%- endmacro %}


{% macro default__each_part(text, separator) -%}
    unnest(string_split({{ text }}, '{{ separator }}'))
{%- endmacro %}


{% macro spark__each_part(text, separator) -%}
    explode(split({{ text }}, r'\Q{{ separator }}\E'))
{%- endmacro %}


{# The texts of a group as one, in an order and with a separator between them. #}
{% macro joined_texts(text, separator, order_by) -%}
    {{ adapter.dispatch('joined_texts')(text, separator, order_by) }}
{%- endmacro %}


{% macro default__joined_texts(text, separator, order_by) -%}
    listagg({{ text }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}


{% macro spark__joined_texts(text, separator, order_by) -%}
    listagg({{ text }}, '{{ separator }}') within group (order by {{ order_by }})
{%- endmacro %}


{# The name of a column of an input, as SQL takes it, whatever is in it. #}
{% macro column_name(name) -%}
    {{ adapter.dispatch('column_name')(name) }}
{%- endmacro %}


{% macro default__column_name(name) -%}
    {{ adapter.quote(name.replace('"', '""')) }}
{%- endmacro %}


{% macro spark__column_name(name) -%}
    {{ adapter.quote(name.replace('`', '``')) }}
{%- endmacro %}
