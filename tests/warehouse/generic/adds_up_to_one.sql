{# The shares of all rows add up to 1. #}
{% test adds_up_to_one(model, column_name) %}

select sum({{ column_name }}) as total
from {{ model }}
having abs(sum({{ column_name }}) - 1) > 0.000001

{% endtest %}
