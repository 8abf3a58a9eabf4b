{# Fewer hits at the cutoffs that choose tell nothing. #}
{% macro minimum_hits() %}
    {{ return(30) }}
{% endmacro %}
