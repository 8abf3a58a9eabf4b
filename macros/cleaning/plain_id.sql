{# A text id as other programs may have written it: without zeros before it, in lower case. #}
{% macro plain_id(id) -%}
    lower({{ replaced(replaced(id, '[.]0+$', ''), '^0+', '') }})
{%- endmacro %}
