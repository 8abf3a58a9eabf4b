{# Parts of the score of which there are two definitions; a variable chooses one of each. #}
{% macro score_definitions() %}
    {{ return({
        'frequency_days': ['active', 'known'],
        'score_scale': ['linear', 'logarithmic'],
    }) }}
{% endmacro %}


{# The definition that is not chosen: it stands trial beside the chosen one. #}
{% macro other_definition(name) %}
    {% set definitions = score_definitions()[name] %}
    {{ return(definitions[1] if var(name) == definitions[0] else definitions[0]) }}
{% endmacro %}
