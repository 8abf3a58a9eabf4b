{#
    Whether a campaign or an experiment is active. One whose is_active is `example` is active
    with the setting with_examples, which builds of the generated log have.

    Args:
        typed: its is_active as a boolean, null for `example`.
        has_examples: whether the example has the data that it needs.
#}
{% macro is_active(typed, has_examples=true) -%}
    {%- set shown = has_examples and var('with_examples') -%}
    case
            when lower(trim(is_active)) = 'example' then {{ shown | lower }}
            else {{ typed }}
        end
{%- endmacro %}
