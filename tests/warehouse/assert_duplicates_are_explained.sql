-- Where many usable rows repeat another one, something may tell them apart.
{{ config(severity='warn') }}

{% set log = input_settings('log') %}
{% set is_told = 'row_id' in log.columns or 'row_id' in log.expressions %}

with accounting as (
    select * from {{ ref('int_log_accounting') }}
),

counts as (
    select
        sum(case when outcome = 'duplicate' then row_count else 0 end)
            as duplicate_count,
        sum(row_count) as usable_count
    from accounting
    where outcome in ('accepted', 'automated', 'duplicate')
),

shares as (
    select
        duplicate_count,
        {{ share('duplicate_count', 'usable_count') }} as duplicate_share
    from counts
)

select
    {{ percent_text('duplicate_share') }}
    || ' of the usable rows repeat a customer, product, event and time, and count'
    || ' once. If they are different interactions, name the column that tells them'
    || ' apart, such as an order line (columns: {row_id: ...}).' as problem
from shares
where
    {{ (not is_told) | lower }}
    and duplicate_count >= 10
    and duplicate_share > 0.1
