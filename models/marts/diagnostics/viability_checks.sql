with profile as (
    select * from {{ ref('dataset_profile') }}
),

thresholds as (
    select * from {{ ref('viability_thresholds') }}
),

measured as (
    select
        'returning customers' as requirement,
        retention_rate as measured,
        'of the customers seen before the split come back after it' as what_it_says
    from profile
    union all
    select
        'repeat interactions' as requirement,
        1 - one_time_customer_share as measured,
        'of the customers have more than one interaction to learn from' as what_it_says
    from profile
    union all
    select
        'catalogue stability' as requirement,
        1 - new_product_share as measured,
        'of the products seen after the split were known before it' as what_it_says
    from profile
    union all
    select
        'matrix density' as requirement,
        1 - sparsity as measured,
        'is the number of interactions per customer-product pair' as what_it_says
    from profile
),

judged as (
    select
        thresholds.requirement,
        measured.measured,
        thresholds.minimum,
        thresholds.clearly_viable_from,
        measured.what_it_says,
        coalesce(measured.measured >= thresholds.minimum, false) as is_passed
    from measured
    inner join thresholds on measured.requirement = thresholds.requirement
),

final as (
    select
        cast(requirement as {{ dbt.type_string() }}) as requirement,
        cast(measured as double) as measured,
        cast(minimum as double) as threshold,
        cast(clearly_viable_from as double) as clearly_viable_from,
        cast(is_passed as boolean) as passed,
        cast(
            case
                when measured is null
                    then
                        'Cannot be measured: one side of the split has nothing to'
                        || ' compare.'
                else
                    {{ percent_text('measured') }} || ' ' || what_it_says
                    || case when is_passed then ': enough' else ': not enough' end
                    || ' (at least ' || {{ percent_text('minimum') }}
                    || coalesce(
                        '; clearly viable from '
                        || {{ percent_text('clearly_viable_from') }},
                        ''
                    )
                    || ').'
            end
            as {{ dbt.type_string() }}
        ) as explanation
    from judged
)

select * from final
