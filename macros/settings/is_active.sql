{#
    Whether a campaign or an experiment is active. Those that are `example` are where the
    project shows itself: in builds of the generated log, or by the variable `with_examples`.

    Args:
        typed: its is_active as a boolean, null where that is `example`.
        has_examples: whether there is what the example needs.
#}
{% macro is_active(typed, has_examples=true) -%}
    {%- set shown = has_examples and var('with_examples') -%}
    case
            when lower(trim(is_active)) = 'example' then {{ shown | lower }}
            else {{ typed }}
        end
{%- endmacro %}
