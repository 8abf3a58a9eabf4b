{# Parts of the score with two definitions; a setting chooses one of each. #}
{% macro score_definitions() %}
    {{ return({
        'frequency_days': ['active', 'known'],
        'score_scale': ['linear', 'logarithmic'],
    }) }}
{% endmacro %}


{# The definition that is not chosen; the evidence compares it with the chosen one. #}
{% macro other_definition(name) %}
    {% set definitions = score_definitions()[name] %}
    {{ return(definitions[1] if var(name) == definitions[0] else definitions[0]) }}
{% endmacro %}
