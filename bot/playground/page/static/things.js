// People, roles and channels as something to choose from.

/** @typedef {{users(): object[], roles(): object[], channels(): object[]}} Things */

/**
 * What there is of some kinds, with names as people write them.
 * @param {?Things} things
 * @param {("users"|"roles"|"channels")[]} kinds
 * @param {?number[]} channelTypes which channels are meant, if not all
 * @returns {{label: string, value: string, description: string}[]}
 */
export function choicesOf(things, kinds, channelTypes) {
  const isMeant = ({ type }) => !channelTypes?.length || channelTypes.includes(type);
  const of = {
    users: () => things.users().map(user),
    roles: () =>
      things.roles().map(({ id, name }) => ({ label: `@${name}`, value: id, description: "role" })),
    channels: () => things.channels().filter(isMeant).map(channel),
  };
  return things ? kinds.flatMap((kind) => of[kind]()) : [];
}

function user(thing) {
  const { id, username, global_name: shown } = thing.user ?? thing;
  return { label: thing.nick ?? shown ?? username, value: id, description: `@${username}` };
}

function channel({ id, name, topic }) {
  return { label: `#${name}`, value: id, description: topic ?? "" };
}
