{#
    A hash of columns, the engine's own: for comparisons within one build. Where a sum of
    them exceeds 64 bits, Spark keeps the lower 64 bits, which is enough.
#}
{% macro row_hash(columns) -%}
    {{ 'xxhash64' if target.type == 'spark' else 'hash' }}({{ columns | join(', ') }})
{%- endmacro %}
