{# How much is known of a customer, as a class: by the number of interactions. #}
{% macro history_classes() -%}
    {{ return(['1 interaction', '2 to 4 interactions', '5 or more interactions']) }}
{%- endmacro %}


{% macro history_class(interactions) -%}
    case
                when {{ interactions }} <= 1 then '{{ history_classes()[0] }}'
                when {{ interactions }} <= 4 then '{{ history_classes()[1] }}'
                else '{{ history_classes()[2] }}'
            end
{%- endmacro %}


{# Whether the ranking picks a customer: `first`, those that a campaign needs, or `other`. #}
{% macro score_class(place, first_count) -%}
    case when {{ place }} <= {{ first_count }} then 'first' else 'other' end
{%- endmacro %}
