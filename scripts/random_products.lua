-- What wrk asks for: random products over the whole catalogue of scale 1 (see the manifest of
-- the generated log: ids are 1 to 200,325).
math.randomseed(os.time())

request = function()
  return wrk.format("GET", "/recommend/" .. math.random(1, 200325))
end
