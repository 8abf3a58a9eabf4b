{#
    How many times as wide a variance is because hits of one customer come together: the hits
    that a hit brings along, itself included, over the customers of int_ranking_totals (Kish
    1965). Counts divided by it are those of as many independent places.
#}
{% macro design_effect() -%}
    cast(squared_hits as double) / greatest(hit_count, 1)
    + case when hit_count = 0 then 1 else 0 end
{%- endmacro %}
