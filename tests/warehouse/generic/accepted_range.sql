{#
    Every value of the column, or of several columns, is within the bounds; nulls pass.
#}
{% test accepted_range(model, column_name=none, columns=none, at_least=none, at_most=none) %}

{% if at_least is none and at_most is none %}
    {{ exceptions.raise_compiler_error(
        'accepted_range(' ~ model ~ '.' ~ (column_name or columns) ~ '): got no bound'
    ) }}
{% endif %}

select *
from {{ model }}
where
    {% for column in columns or [column_name] %}
    {% if at_least is not none %}
    {{ column }} < {{ at_least }}
    {% endif %}
    {% if at_least is not none and at_most is not none %}or{% endif %}
    {% if at_most is not none %}
    {{ column }} > {{ at_most }}
    {% endif %}
    {{ 'or' if not loop.last }}
    {% endfor %}

{% endtest %}
