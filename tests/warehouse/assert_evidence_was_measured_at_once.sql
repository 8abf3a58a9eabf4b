-- All evidence tables say that they were measured up to the same time.
{% set marts = [
    'als_verdict', 'evidence_conclusions', 'offline_metrics', 'ranking_auc',
    'ranking_calibration', 'ranking_decisions', 'ranking_evidence',
    'recommender_comparisons', 'score_trials', 'targeting_deciles', 'targeting_lift',
] %}

with evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

said as (
    {% for mart in marts %}
    select distinct
        '{{ mart }}' as mart,
        measured_until
    from {{ ref(mart) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    said.mart,
    said.measured_until
from said
cross join evaluation_window
where said.measured_until <> evaluation_window.measured_until
