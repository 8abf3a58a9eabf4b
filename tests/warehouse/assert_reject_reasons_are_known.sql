-- Every rejected row has a reason that `row_accounting` lists.
select
    reason,
    count(*) as row_count
from {{ ref('stg_row_outcomes') }}
where
    reason is not null
    and reason not in (
        {{ text_values(reject_reasons()) }}
    )
group by reason
