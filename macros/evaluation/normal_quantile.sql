{#
    The value that a standard normal number exceeds with a small probability; off by less than
    0.00045 (Abramowitz and Stegun 1964, 26.2.23). With 0.025 / n it gives the bounds of n
    intervals that hold together in 95 % of the cases (Bonferroni, the first step of Holm 1979).
#}
{% macro normal_quantile(probability) -%}
    {%- set t = 'sqrt(-2 * ln(' ~ probability ~ '))' -%}
    (
            {{ t }} - (2.515517 + 0.802853 * {{ t }} + 0.010328 * {{ t }} * {{ t }})
            / (
                1 + 1.432788 * {{ t }} + 0.189269 * {{ t }} * {{ t }}
                + 0.001308 * {{ t }} * {{ t }} * {{ t }}
            )
        )
{%- endmacro %}
