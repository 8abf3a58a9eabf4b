{# What collaborative filtering needs: the rows of viability_checks and of its thresholds. #}
{% macro viability_requirements() %}
    {{ return([
        'returning customers',
        'repeat interactions',
        'catalogue stability',
        'matrix density',
    ]) }}
{% endmacro %}
