{# No value of the columns is null. #}
{% test not_null_columns(model, columns) %}

select *
from {{ model }}
where {{ columns | join(' is null or ') }} is null

{% endtest %}
