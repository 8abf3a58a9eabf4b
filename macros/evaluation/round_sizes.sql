{# 10, 20, 50, 100, 200, ... from `first`, a power of ten, up to `last`. #}
{% macro round_sizes(first, last) %}
    {% set numbers = [] %}
    {% set steps = namespace(power=first) %}
    {% for _ in range(20) if steps.power <= last %}
        {% for factor in [1, 2, 5] if steps.power * factor <= last %}
            {% do numbers.append(steps.power * factor) %}
        {% endfor %}
        {% set steps.power = steps.power * 10 %}
    {% endfor %}
    {{ return(numbers) }}
{% endmacro %}
