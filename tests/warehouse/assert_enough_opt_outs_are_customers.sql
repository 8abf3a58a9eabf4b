-- At most the share max_unknown_opt_out_share of the listed opt-outs are no customers.
{{ unknown_opt_outs(var('max_unknown_opt_out_share'), 'The setting'
    ~ ' max_unknown_opt_out_share tolerates a share of '
    ~ var('max_unknown_opt_out_share') ~ ': correct the ids, or raise it.') }}
