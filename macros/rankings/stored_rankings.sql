{# The rankings that `make evidence` has learnt from this log, as origin, product, customer, score. #}
{% macro stored_rankings() %}
            select
                split.origin,
                als_rankings.product_id,
                als_rankings.customer_id,
                -cast(als_rankings.recommendation_rank as double) as score
            from {{ ref('stg_als_rankings') }} as als_rankings
            inner join {{ ref('int_training_log') }} as training_log
                on als_rankings.log_fingerprint = training_log.log_fingerprint
            inner join {{ ref('int_ranking_cutoffs') }} as split on split.is_split
{% endmacro %}
