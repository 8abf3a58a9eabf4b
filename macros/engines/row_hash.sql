{#
    A hash of columns, the engine's own: for what is compared within one build. Of a sum of
    them that leaves 64 bits Spark keeps the lower ones, which do as well.
#}
{% macro row_hash(columns) -%}
    {{ adapter.dispatch('row_hash')(columns) }}
{%- endmacro %}


{% macro default__row_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}


{% macro spark__row_hash(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}
