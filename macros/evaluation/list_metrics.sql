{# Lists are measured at these sizes. #}
{% macro list_sizes() %}
    {{ return([5, 10, 20]) }}
{% endmacro %}


{# The metrics of a list, per product; a metric is the mean over products. #}
{% macro list_metrics() %}
    {{ return(['precision', 'recall', 'hit_rate', 'map', 'ndcg']) }}
{% endmacro %}


{#
    A query of the gain at each place of a list, 1 / log2(place + 1), and the best gain of a
    list with so many hits (Jarvelin and Kekalainen 2002, doi:10.1145/582415.582418).
#}
{% macro discounted_gains() %}
    select
        list_length,
        ln(2) / ln(list_length + 1) as gain,
        sum(ln(2) / ln(list_length + 1)) over (
            order by list_length
            rows between unbounded preceding and current row
        ) as ideal_gain
    from (select {{ each_number(1, list_sizes() | max) }} as list_length) as lengths
{% endmacro %}
