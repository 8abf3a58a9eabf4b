{#
    Two settings choose one of two definitions of a part of the score. The definition that is
    not chosen; the evidence compares it with the chosen one.
#}
{% macro other_definition(name) %}
    {% set definitions = {
        'frequency_days': ['active', 'known'],
        'score_scale': ['linear', 'logarithmic'],
    }[name] %}
    {{ return(definitions[1] if var(name) == definitions[0] else definitions[0]) }}
{% endmacro %}
